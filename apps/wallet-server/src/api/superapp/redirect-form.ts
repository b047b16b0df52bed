/**
 * The cashier's address in the answer of `pay`: the family spells it in several ways, and a client reads the one that it
 * knows. Source: superapp-payment-api §5.2.
 */
import type { SuperappDialect, SuperappPayAnswer } from '@tradepay/contract'

type RedirectForm = Pick<SuperappPayAnswer, 'actionForm' | 'redirectActionForm' | 'normalUrl'>

export function redirectForm({ redirectForm }: SuperappDialect, cashier: string): RedirectForm {
  const actionForm = { actionFormType: 'REDIRECTION', redirectionUrl: cashier } as const
  const method = 'GET'
  switch (redirectForm) {
    case 'ACTION_FORM':
      return { actionForm }
    case 'REDIRECT_URL':
      return { redirectActionForm: { method, redirectUrl: cashier } }
    case 'REDIRECTION_URL':
      return { redirectActionForm: { method, redirectionUrl: cashier } }
    case 'NORMAL_URL':
      return { normalUrl: cashier }
    case 'ALL':
      return { actionForm, redirectActionForm: { method, redirectUrl: cashier, redirectionUrl: cashier } }
  }
}
