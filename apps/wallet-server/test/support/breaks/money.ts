/** What a hand with too many rights can do to money, in the ledger and on its way to the bank, and which promises it breaks. */
import { setOrder, type Break } from './break.ts'

export const moneyBreaks: Break[] = [
  [
    'a fee that is another than the one taken',
    [setOrder('fee = fee + 1', (made) => made.paid)],
    ['I9 The statement of each merchant', 'I10 Each paid order has exactly'],
  ],
  [
    'a pay-out of another amount than left the account',
    [['update pay_outs set amount = amount - 1 where pay_out_id = $1', (made) => made.payOuts.succeeded]],
    ['I9 The statement', 'I10 The bank was asked', 'I10 Each pay-out'],
  ],
  [
    'an order paid by another user than the payment says',
    [setOrder("payer_id = 'another'", (made) => made.paid)],
    ['I10 A payment succeeded exactly when'],
  ],
  [
    'a paid order whose payment is gone',
    [['delete from payments where payment_id = $1', (made) => made.paid.paymentId]],
    ['I10 A payment succeeded exactly when', "I10 Each payment has exactly the transfers at the payer's end"],
  ],
  [
    "a payment whose payer's end was never posted",
    [
      [
        "update transfers set step = 'PAYER_VOID', kind = 'VOID' where cause_id = $1 and step = 'PAYER_POST'",
        (made) => made.paidByBank.paymentId,
      ],
    ],
    [
      "I10 Each payment has exactly the transfers at the payer's end",
      'I10 What is in transit',
      'I10 What the bank was asked for is reserved',
    ],
  ],
  [
    'a payment from the balance under another step',
    [
      [
        "update transfers set step = 'PAYER_VOID' where cause_id = $1 and step = 'PAYER'",
        (made) => made.paid.paymentId,
      ],
    ],
    ["I10 Each payment has exactly the transfers at the payer's end"],
  ],
  [
    'a return that nobody asked for',
    [['update payments set return_state = null where payment_id = $1', (made) => made.payments.returned]],
    ["I10 Each payment has exactly the transfers at the payer's end", 'I10 The bank was asked'],
  ],
  [
    'a paid order whose merchant got nothing',
    [["update transfers set step = 'RETURN' where cause_id = $1 and step = 'MERCHANT'", (made) => made.paid.paymentId]],
    ['I9 The statement', "I10 Each payment has exactly the transfers at the payer's end", 'I10 Each paid order'],
  ],
  [
    'money that is in transit for nothing',
    [
      [
        `insert into transfers (cause_id, step, bucket, debit_account, credit_account, amount, currency, posted_at)
          select 'nothing', 'ODD', bucket, replace(id, 'in-transit', 'cash'), id, 5, 'CNY', created_at
          from accounts where kind = 'IN_TRANSIT' limit 1`,
      ],
    ],
    ['I10 What is in transit', 'I10 Every transfer is a step'],
  ],
  [
    'a transfer that no room knows',
    [
      [
        `insert into transfers (cause_id, step, bucket, debit_account, credit_account, amount, currency, posted_at)
          select 'nothing', 'ODD', bucket, replace(id, 'fees', 'cash'), id, 5, 'CNY', created_at
          from accounts where kind = 'FEES' limit 1`,
      ],
    ],
    ['I10 Every transfer is a step'],
  ],
  [
    'a bank that was asked to pay somebody else',
    [["update fundings set bank_account_id = 'another' where subject_id = $1", (made) => made.payOuts.succeeded]],
    ['I10 The bank was asked'],
  ],
  [
    'a bank that was asked twice',
    [
      [
        `insert into fundings select 'again', bucket, direction, purpose, subject_id, bank_account_id, bank_ref, amount, currency,
          state, failure, 0, due_at, claimed_until, contradicted_at, created_at, finished_at
          from fundings where subject_id = $1`,
        (made) => made.topUps.processing,
      ],
    ],
    ['I10 The bank was asked'],
  ],
  [
    'money that is reserved although the bank is never asked',
    [['delete from fundings where subject_id = $1', (made) => made.payOuts.processing]],
    ['I10 The bank was asked', 'I10 What the bank was asked for is reserved'],
  ],
  [
    'a refusal of the bank after which the money moved',
    [
      [
        "update fundings set state = 'FAILED', failure = 'REFUSED' where subject_id = $1 and purpose = 'TOP_UP'",
        (made) => made.topUps.succeeded,
      ],
      [
        "update funding_answers set answer = 'FAILED' where funding_id in (select funding_id from fundings where subject_id = $1)",
        (made) => made.topUps.succeeded,
      ],
    ],
    ['I10 The bank was asked', 'I10 What the bank was asked for is reserved'],
  ],
  [
    'a given top-up under another step',
    [["update transfers set step = 'TOP_UP_POST' where cause_id = $1", (made) => made.topUps.given]],
    ['I10 Each top-up'],
  ],
  [
    'a pay-out under another step',
    [
      [
        "update transfers set step = 'PAY_OUT_VOID' where cause_id = $1 and step = 'PAY_OUT_POST'",
        (made) => made.payOuts.succeeded,
      ],
    ],
    ['I9 The statement', 'I10 Each pay-out'],
  ],
  [
    'a decision of the bank that it gave once only',
    [
      [
        'delete from funding_answers where attempt > 1 and funding_id in (select funding_id from fundings where subject_id = $1)',
        (made) => made.payOuts.succeeded,
      ],
    ],
    ['I7 Each question to the bank'],
  ],
  [
    'less than nothing used of a day',
    [
      [
        "insert into payment_limits (user_id, currency, bucket, spent) values ($1, 'CNY', 0, -1)",
        (made) => made.userId,
      ],
    ],
    ['I2 Nobody has used less'],
  ],
]
