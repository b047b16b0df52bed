/** One of several: a radio group, so that arrow keys and screen readers know it as one question. Many scroll in
    a window of their own, so that what stands above and below stays in sight. */
import type { ComponentChildren } from 'preact'
import './choices.css'

export interface Choice {
  id: string
  label: string
  note?: ComponentChildren
  disabled?: boolean
}

interface Props {
  /** The question. */
  legend: string
  /** Tells this group from others on the page. */
  name: string
  choices: readonly Choice[]
  chosen: string | null
  onChoose: (id: string) => void
}

export const Choices = ({ legend, name, choices, chosen, onChoose }: Props) => (
  <fieldset class="choices">
    <legend>{legend}</legend>
    <div class="choices-list">
      {choices.map(({ id, label, note, disabled = false }) => (
        <label key={id} class="choice">
          <input
            type="radio"
            name={name}
            value={id}
            checked={id === chosen}
            disabled={disabled}
            onChange={() => onChoose(id)}
          />
          <span class="choice-words">
            {label}
            {note}
          </span>
        </label>
      ))}
    </div>
  </fieldset>
)
