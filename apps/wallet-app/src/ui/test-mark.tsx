/** The mark of the sandbox, on every screen and in the cashier: no money here is real. */
import { t } from '../messages/index.ts'

export const TestMark = () => (
  <aside class="test-mark" aria-label={t.testMarkLabel}>
    {t.testMark}
  </aside>
)
