-- What a user did is asked of their payments, refunds and top-ups, whose numbers are the causes of their transfers. Of all users
-- together these entries were as many as payments, each at another place: with ten million of them most of what a payment wrote
-- to the log were whole pages of this one index and of payments_by_payer.
drop index transfers_by_debit_account;
drop index transfers_by_credit_account;
create index transfers_by_debit_account on transfers (debit_account, posted_at)
  where debit_account not like 'in-transit:%' and debit_account not like 'users:%';
create index transfers_by_credit_account on transfers (credit_account, posted_at)
  where credit_account not like 'in-transit:%' and credit_account not like 'users:%';
