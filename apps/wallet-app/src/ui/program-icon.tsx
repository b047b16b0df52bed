/** The icon of a mini program, or the first letter of its name where it has none. */
import type { ProgramCard } from '@tradepay/contract'

/** The same name has the same colour everywhere. */
const hueOf = (text: string): number => [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 360, 7)

export const ProgramIcon = ({ program, size }: { program: ProgramCard; size: number }) => (
  <span class="program-icon" aria-hidden="true" style={{ '--icon': `${size}px`, '--hue': String(hueOf(program.name)) }}>
    {program.iconUrl === null ? [...program.name][0] : <img src={program.iconUrl} alt="" loading="lazy" />}
  </span>
)
