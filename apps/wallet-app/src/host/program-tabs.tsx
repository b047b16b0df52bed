/** The tab bar that a mini program asks for, drawn by the wallet below its pages. */
import type { Shell } from '@tradepay/mini-program/host'

type Tabs = NonNullable<Parameters<Shell['tabBar']>[0]>

export function ProgramTabs({ tabs, onSelect }: { tabs: Tabs; onSelect: (index: number) => void }) {
  return (
    <nav class="tabs program-tabs" style={{ backgroundColor: tabs.backgroundColor }}>
      {tabs.items.map((item, index) => {
        const selected = index === tabs.selected
        const icon = selected ? (item.activeIcon ?? item.icon) : item.icon
        return (
          <button
            key={item.pagePath}
            type="button"
            class="tab"
            aria-current={selected ? 'page' : undefined}
            style={{ color: selected ? tabs.selectedColor : tabs.textColor }}
            onClick={() => onSelect(index)}
          >
            {icon !== null && <img src={icon} width={26} height={26} alt="" />}
            <span>{item.name}</span>
          </button>
        )
      })}
    </nav>
  )
}
