/**
 * The sandbox's doors for apps, users and the delivery log, each with its path, what it takes and what it answers: what
 * describes them.
 */
import type { JsonCall } from './json-call.ts'
import {
  SandboxAddKeyRequest,
  SandboxApp,
  SandboxAppsAnswer,
  SandboxChangeAppRequest,
  SandboxCreateAppRequest,
  SandboxCreateUserRequest,
  SandboxUser,
} from './sandbox-apps-api.ts'
import { sandboxPaths } from './sandbox-api.ts'
import {
  SandboxEndpointsAnswer,
  SandboxEndpointsQuery,
  SandboxNotificationAnswer,
  SandboxNotificationsAnswer,
  SandboxNotificationsQuery,
  SandboxReplayRequest,
} from './sandbox-notifications-api.ts'

const notification = sandboxPaths.notification('ID').replace('ID', '{notificationId}')

export const sandboxWorldCalls: readonly JsonCall[] = [
  {
    name: 'apps',
    method: 'GET',
    path: sandboxPaths.apps,
    summary: 'Every app, with its keys',
    description: 'The coffee shop first, the integration app last.',
    answer: SandboxAppsAnswer,
  },
  {
    name: 'createApp',
    method: 'POST',
    path: sandboxPaths.apps,
    summary: 'Make a merchant with an app',
    description:
      'It speaks both families, and stays until the next reset. Without a public key the sandbox makes the pair and answers ' +
      'the private key. Not to be repeated: each call makes another one.',
    request: SandboxCreateAppRequest,
    status: 201,
    answer: SandboxApp,
  },
  {
    name: 'changeApp',
    method: 'PATCH',
    path: sandboxPaths.app('APP').replace('APP', '{appId}'),
    summary: "Change an app's dialect or its notify address",
    description: 'May be repeated. The coffee shop is left as it is.',
    request: SandboxChangeAppRequest,
    answer: SandboxApp,
  },
  {
    name: 'addKey',
    method: 'POST',
    path: sandboxPaths.appKeys('APP').replace('APP', '{appId}'),
    summary: 'Give an app one more key',
    description: 'Those that it has go on working. Without a public key the sandbox makes the pair.',
    request: SandboxAddKeyRequest,
    status: 201,
    answer: SandboxApp,
  },
  {
    name: 'retireKey',
    method: 'DELETE',
    path: sandboxPaths.appKey('APP', 0).replace('APP', '{appId}').replace(/0$/, '{version}'),
    summary: 'Retire a key for ever',
    description: 'An app keeps its last one.',
    answer: SandboxApp,
  },
  {
    name: 'createUser',
    method: 'POST',
    path: sandboxPaths.users,
    summary: 'Make somebody who can pay',
    description: 'Until the next reset.',
    request: SandboxCreateUserRequest,
    status: 201,
    answer: SandboxUser,
  },
  {
    name: 'notifications',
    method: 'GET',
    path: sandboxPaths.notifications,
    summary: 'What merchants were told',
    description: 'Of the newest orders first.',
    query: SandboxNotificationsQuery,
    answer: SandboxNotificationsAnswer,
  },
  {
    name: 'notification',
    method: 'GET',
    path: notification,
    summary: 'One notification with every attempt, byte for byte',
    answer: SandboxNotificationAnswer,
  },
  {
    name: 'replay',
    method: 'POST',
    path: `${notification}/replay`,
    summary: 'Send it once more by hand',
    description:
      'Only what is delivered or given up. One that is older than what its address has acknowledged is sent only with ' +
      '`evenIfOlder`.',
    request: SandboxReplayRequest,
    answer: SandboxNotificationAnswer,
  },
  {
    name: 'endpoints',
    method: 'GET',
    path: sandboxPaths.endpoints,
    summary: "How merchants' addresses have answered",
    description: 'The most troubled first, at most 100.',
    query: SandboxEndpointsQuery,
    answer: SandboxEndpointsAnswer,
  },
]
