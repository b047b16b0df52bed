/** The mark of the sandbox, on every screen and in the cashier: no money here is real. */
import { t } from '../messages/index.ts'

export const TestMark = () => (
  <span class="test-mark" role="note" aria-label={t.testMarkLabel}>
    {t.testMark}
  </span>
)
