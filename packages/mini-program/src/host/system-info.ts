/** What my.getSystemInfo answers: the device as the wallet's page sees it, taken once when the program opens. */
import type { Json } from '../bridge/messages.ts'
import type { OpenOptions } from './types.ts'

/** Sizes are CSS pixels of the program's own area (`window…`) and of the screen. */
export function readSystemInfo(
  container: HTMLElement,
  { language, app, version, dark }: OpenOptions['systemInfo'],
): {
  [key: string]: Json
} {
  const area = container.getBoundingClientRect()
  const { userAgent } = navigator
  const platform = /Android/.test(userAgent) ? 'Android' : /iPhone|iPad/.test(userAgent) ? 'iOS' : 'Web'
  return {
    model: platform,
    brand: platform === 'iOS' ? 'Apple' : platform,
    platform,
    system: /(?:Android|OS) ([\d_.]+)/.exec(userAgent)?.[1]?.replaceAll('_', '.') ?? '',
    pixelRatio: devicePixelRatio,
    windowWidth: Math.round(area.width),
    windowHeight: Math.round(area.height),
    screenWidth: screen.width,
    screenHeight: screen.height,
    titleBarHeight: Math.max(0, Math.round(area.top)),
    statusBarHeight: 0,
    fontSizeSetting: 16,
    language,
    app,
    version,
    colorScheme: dark ? 'dark' : 'light',
  }
}

/** The words of a dialogue's buttons where the program gives none. */
export function buttonWords(language: string): { ok: string; cancel: string } {
  const words: Record<string, { ok: string; cancel: string }> = {
    zh: { ok: '确定', cancel: '取消' },
    es: { ok: 'Aceptar', cancel: 'Cancelar' },
    ar: { ok: 'موافق', cancel: 'إلغاء' },
  }
  return words[language.slice(0, 2).toLowerCase()] ?? { ok: 'OK', cancel: 'Cancel' }
}
