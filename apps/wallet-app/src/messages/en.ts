/**
 * Every text of the wallet app, in English. Another language is another file of this shape; a missing text does not
 * compile. Amounts and times come in already written by the locale's own rules.
 */
import type { LossCode } from '../server-api/server-error.ts'
import type { RefusalCode } from '@tradepay/contract'

/** What is wrong, and what to do: shown instead of the server's English words. */
export interface Explained {
  message: string
  action: string
}

export const en = {
  testMark: 'TEST',
  testMarkLabel: 'Test wallet: no real money',
  tabs: { label: 'Main', home: 'Home', wallet: 'Wallet' },
  close: 'Close',
  back: 'Back',
  tryAgain: 'Try again',
  loading: 'Loading',
  goHome: 'Go to Home',

  splash: { failedTitle: 'The wallet cannot be reached' },
  notFound: { title: 'Nothing here', text: 'This page of the wallet does not exist.' },

  signIn: {
    title: 'Sign in',
    lead: (wallet: string) => `Open ${wallet} with your login and PIN.`,
    people: 'Try it as',
    peopleLead: 'Everybody here is made up. One tap signs in.',
    peopleFailed: 'The list of people could not be loaded.',
    pinOf: (pin: string) => `PIN ${pin}`,
    otherTitle: 'With login and PIN',
    loginId: 'Login',
    pin: 'PIN, six digits',
    submit: 'Sign in',
    submitting: 'Signing in',
    loginMissing: 'Enter your login.',
    pinMissing: 'Enter the six digits of your PIN.',
    lockedUntil: (time: string) => `Locked until ${time}.`,
    triesLeft: (n: number) => (n === 1 ? '1 try left before the PIN is locked.' : `${n} tries left before the PIN is locked.`),
  },

  home: {
    greeting: (name: string) => `Hello, ${name}`,
    balance: 'Balance',
    programs: 'Mini programs',
    empty: 'No mini program is published yet.',
    by: (merchant: string) => `by ${merchant}`,
    frozen: 'This account is frozen. You can look around, but not pay.',
  },

  profile: {
    open: (name: string) => `Account of ${name}`,
    title: 'Account',
    mark: 'Your mark',
    markWhy: 'Only this device knows it. The cashier always shows it, and no mini program can. If it is missing, do not enter your PIN.',
    newMark: 'Choose another',
    switchPerson: 'Switch person',
    signOut: 'Sign out',
  },

  wallet: {
    title: 'Wallet',
    available: 'Available',
    pending: (amount: string) => `${amount} reserved by payments in progress`,
    movements: 'Movements',
    empty: 'No movement yet. Pay for something, and it stands here.',
    more: 'Show earlier ones',
    today: 'Today',
    yesterday: 'Yesterday',
    payment: 'Payment',
    topUp: 'Top-up',
    detail: {
      title: 'Movement',
      to: 'To',
      from: 'From',
      what: 'For',
      when: 'When',
      tradeNo: 'Trade number',
      id: 'Movement number',
      flow: 'See its 19 steps',
    },
  },

  program: {
    says: (name: string) => `${name} says`,
    asks: (name: string) => `${name} asks`,
    opening: (name: string) => `Opening ${name}`,
    leave: 'Leave the mini program',
    failedTitle: 'This mini program could not be opened',
    consentTitle: (name: string) => `${name} asks for your name`,
    consentText: (merchant: string) => `If you allow it, ${merchant} learns your name and user number. Your balance and your PIN stay with the wallet.`,
    allow: 'Allow',
    deny: 'Do not allow',
    frame: (name: string) => `Mini program ${name}`,
  },

  cashier: {
    label: 'Cashier',
    ofWallet: (wallet: string) => `${wallet} cashier`,
    yourMark: 'Your mark',
    payTo: 'Pay to',
    amount: 'Amount',
    order: 'Order',
    payWith: 'Pay with',
    balance: 'Balance',
    available: (amount: string) => `${amount} available`,
    timeLeft: 'Time left',
    payUntil: 'Pay until',
    pay: (amount: string) => `Pay ${amount}`,
    loading: 'Asking the wallet for the order',
    enterPin: 'Enter your PIN',
    digits: (n: number) => `${n} of 6 digits entered`,
    deleteDigit: 'Delete the last digit',
    pinWrong: 'Wrong PIN.',
    triesLeft: (n: number) => (n === 1 ? '1 try left before the PIN is locked.' : `${n} tries left.`),
    notEnough: 'Not enough balance',
    missing: (amount: string) => `${amount} is missing.`,
    checkBalance: 'Check again',
    locked: 'PIN locked',
    lockedText: (time: string) => `Too many wrong tries. You can pay again from ${time}.`,
    lockedLeft: (duration: string) => `In ${duration}`,
    paying: 'Paying',
    payingText: 'Please keep this open.',
    paid: 'Paid',
    paidTo: (name: string) => `to ${name}`,
    done: 'Done',
    doneIn: (seconds: number) => `Done (${seconds})`,
    returns: (seconds: number) => (seconds === 1 ? 'Returns in 1 second' : `Returns in ${seconds} seconds`),
    processing: 'Being processed',
    processingText: 'The wallet has your payment. The shop learns the result as soon as it is known.',
    expired: 'The time to pay is over',
    expiredText: 'Nothing was paid. Order again in the mini program.',
    alreadyPaid: 'Already paid',
    alreadyPaidByYou: 'You have paid this order. Nothing was taken again.',
    alreadyPaidByAnother: 'Somebody else has paid this order. Nothing was taken from you.',
    closed: 'Order closed',
    closedText: 'The shop has closed this order. Nothing was paid.',
    failed: 'This cannot be paid',
    nothingPaid: 'Nothing was paid.',
    offline: 'No connection',
    unknownChecking: 'Checking your payment',
    unknownCheckingText: 'The confirmation was sent, but no answer came. It is being looked up.',
    unknown: 'Not known yet',
    unknownText: 'Your payment may have gone through. Look at your movements before you pay again.',
    checkAgain: 'Check again',
  },

  duration: {
    hours: (h: number, m: string) => `${h} h ${m} min`,
  },

  mark: {
    adjectives: [
      'Amber', 'Quiet', 'Silver', 'Brave', 'Velvet', 'Sunny', 'Misty', 'Gentle', 'Scarlet', 'Polar', 'Golden', 'Lunar',
      'Rustic', 'Coral', 'Clever', 'Frosty', 'Indigo', 'Wild', 'Mellow', 'Copper', 'Swift', 'Emerald', 'Dusty', 'Lucky',
    ],
    nouns: [
      'heron', 'lantern', 'maple', 'otter', 'harbour', 'comet', 'teapot', 'willow', 'falcon', 'pebble', 'violin', 'meadow',
      'badger', 'anchor', 'cactus', 'glacier', 'kettle', 'orchid', 'panda', 'compass', 'thistle', 'walnut', 'swallow', 'canyon',
    ],
    phrase: (adjective: string, noun: string) => `${adjective} ${noun}`,
  },

  /** By code of the refusal. A code that is not here shows the server's own words. */
  refusals: {} as Partial<Record<RefusalCode | LossCode, Explained>>,
}

export type Messages = typeof en
