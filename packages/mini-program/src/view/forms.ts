/** A form's submit and reset: values of the named controls inside it (miniprogram-format §2, form). */
import type { Json } from '../bridge/messages.ts'
import { tagNameOf, type Control } from './element-info.ts'
import { datasetOf, emit } from './events.ts'

/** onSubmit with `value` {name: value} and the button that was pressed. */
export function submitForm(form: HTMLElement, button: HTMLElement): void {
  const value: { [name: string]: Json } = {}
  for (const control of controlsOf(form)) if (control.name !== '') value[control.name] = control.read()
  emit(form, 'submit', {
    value,
    buttonTarget: { id: button.id, tagName: tagNameOf(button), dataset: datasetOf(button) },
  })
}

/** Puts every control back to what it showed first, then onReset. */
export function resetForm(form: HTMLElement): void {
  for (const control of controlsOf(form)) control.reset()
  emit(form, 'reset', {})
}

function controlsOf(form: HTMLElement): Control[] {
  return [...form.querySelectorAll<HTMLElement>('*')].flatMap((element) => element.tpControl ?? [])
}
