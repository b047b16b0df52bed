/**
 * Numbers and times as people read them. Money comes as whole fen and is written digit by digit: no floats.
 */

/** 1250 → "¥12.50" */
export function formatPrice(fen) {
  const yuan = Math.floor(fen / 100)
  const rest = String(fen % 100).padStart(2, '0')
  return `¥${yuan}.${rest}`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** An ISO time in the user's own zone: "22 Nov, 09:05". */
export function formatTime(iso) {
  const time = new Date(iso)
  const clock = `${String(time.getHours()).padStart(2, '0')}:${String(time.getMinutes()).padStart(2, '0')}`
  return `${time.getDate()} ${MONTHS[time.getMonth()]}, ${clock}`
}

/** "1 item", "3 items" */
export function formatCount(count) {
  return count === 1 ? '1 item' : `${count} items`
}
