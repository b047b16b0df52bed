/** The tab bar with its icons as data URLs, taken from the files of the package. */
import type { PackedProgram, TabBarConfig } from '../package-format.ts'

export function tabBarWithIcons(program: PackedProgram, bar: TabBarConfig): TabBarConfig {
  const iconOf = (path: string | null): string | null => {
    if (path === null) return null
    const name = path.startsWith('/') ? path : `/${path}`
    const asset = Object.hasOwn(program.assets, name) ? program.assets[name] : undefined
    return asset && asset.type.startsWith('image/') ? `data:${asset.type};base64,${asset.base64}` : null
  }
  return {
    ...bar,
    items: bar.items.map((item) => ({ ...item, icon: iconOf(item.icon), activeIcon: iconOf(item.activeIcon) })),
  }
}
