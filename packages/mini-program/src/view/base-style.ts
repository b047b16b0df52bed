/**
 * How built-in components look before the program's own style. In a layer of its own, so that any rule of the program
 * wins whatever its weight. Neutral, and sized as the format says: an image is 300 × 225 px, 750 rpx are the page's width.
 */
export const BASE_STYLE = `
:root { --rpx: calc(100vw / 750); -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
@layer base {
  html { height: 100%; scrollbar-width: none; -webkit-tap-highlight-color: transparent; }
  html::-webkit-scrollbar, tp-scroll-view::-webkit-scrollbar { display: none; }
  body { margin: 0; min-height: 100%; overflow-x: hidden;
    font: 16px/1.4 -apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'PingFang SC', 'Noto Sans SC', 'Noto Sans', 'Helvetica Neue', Arial, sans-serif; }
  tp-page { display: block; min-height: 100vh; color: #000000; -webkit-user-select: none; user-select: none; overflow-wrap: break-word; }
  tp-page *, tp-page *::before, tp-page *::after { box-sizing: border-box; }
  :where(:not(:defined)) { display: block; }
  tp-text, tp-label { display: inline; }
  tp-text { white-space: pre-line; }
  tp-image, tp-cover-image { display: inline-block; width: 300px; height: 225px; overflow: hidden; vertical-align: top; }
  tp-image > img { display: block; border: 0; border-radius: inherit; pointer-events: none; -webkit-user-drag: none; }
  tp-icon { display: inline-block; vertical-align: middle; }
  tp-icon > svg { display: block; width: 100%; height: 100%; }
  tp-br { display: block; height: 0; }
  [data-holds-touch] { touch-action: none; }

  tp-button { display: block; min-height: 47px; padding: 0 15px; border: 1px solid #d8d8d8; border-radius: 6px; outline-offset: 2px;
    background-color: #ffffff; color: #1f1f1f; font-size: 18px; line-height: 45px; text-align: center; white-space: nowrap;
    overflow: hidden; text-overflow: ellipsis; cursor: pointer; touch-action: manipulation; }
  tp-button:focus-visible { outline: 2px solid #1677ff; }
  tp-button[type=primary] { border-color: #1677ff; background-color: #1677ff; color: #ffffff; }
  tp-button[type=warn] { border-color: #d9363e; background-color: #d9363e; color: #ffffff; }
  tp-button[type=ghost], tp-button[plain] { background-color: transparent; }
  tp-button[plain][type=primary] { color: #1677ff; }
  tp-button[plain][type=warn] { color: #d9363e; }
  tp-button[size=mini] { display: inline-block; min-height: 30px; padding: 0 12px; font-size: 13px; line-height: 28px; vertical-align: middle; }
  tp-button.a-button-hover { filter: brightness(.92); }
  tp-button[aria-disabled] { opacity: .4; cursor: default; }
  tp-navigator { cursor: pointer; }
  tp-navigator.a-navigator-hover { opacity: .7; }
  .tp-spinner { display: inline-block; width: 1em; height: 1em; margin-right: .4em; border: 2px solid currentColor; border-right-color: transparent;
    border-radius: 50%; vertical-align: -.125em; animation: tp-turn .8s linear infinite; }

  tp-input { height: 1.4em; min-height: 1.4em; overflow: hidden; background-color: transparent; -webkit-user-select: text; user-select: text; }
  tp-textarea { height: 150px; -webkit-user-select: text; user-select: text; }
  .tp-field { display: block; width: 100%; height: 100%; min-height: 1.4em; margin: 0; padding: 0; border: 0; border-radius: 0; outline: none; resize: none;
    background: none; color: inherit; font: inherit; letter-spacing: inherit; text-align: inherit; appearance: none; }
  .tp-field:disabled { opacity: .5; }
  .tp-field::placeholder { opacity: 1; color: var(--tp-placeholder-color, #8c8c8c); font-size: var(--tp-placeholder-font-size, inherit);
    font-weight: var(--tp-placeholder-font-weight, inherit); }
  tp-input:focus-within, tp-textarea:focus-within { outline: none; }

  tp-checkbox, tp-radio { display: inline-block; vertical-align: middle; }
  tp-checkbox > input, tp-radio > input { display: block; width: 20px; height: 20px; margin: 2px; accent-color: #1677ff; }
  tp-checkbox-group, tp-radio-group, tp-form { display: block; }
  tp-switch { display: inline-block; width: 51px; height: 31px; vertical-align: middle; }
  tp-switch > input { position: relative; display: block; width: 51px; height: 31px; margin: 0; border-radius: 16px; background-color: #d8d8d8;
    appearance: none; cursor: pointer; transition: background-color .2s; }
  tp-switch > input::before { content: ''; position: absolute; top: 2px; left: 2px; width: 27px; height: 27px; border-radius: 50%;
    background-color: #ffffff; box-shadow: 0 1px 3px rgba(0, 0, 0, .3); transition: transform .2s; }
  tp-switch > input:checked { background-color: var(--tp-switch, #1677ff); }
  tp-switch > input:checked::before { transform: translateX(20px); }
  tp-switch > input:disabled { opacity: .4; cursor: default; }
  tp-slider { display: flex; align-items: center; gap: 10px; margin: 10px 18px; }
  tp-slider > input { flex: 1; min-width: 0; height: 28px; margin: 0; accent-color: #1677ff; }
  .tp-slider-value, .tp-progress-info { min-width: 2.4em; color: #666666; font-size: 14px; text-align: right; }
  tp-progress { display: flex; align-items: center; gap: 10px; }
  .tp-progress-bar { display: block; flex: 1; border-radius: 3px; overflow: hidden; }
  .tp-progress-bar > span { display: block; height: 100%; }

  tp-scroll-view { position: relative; overflow: hidden; overscroll-behavior: contain; scrollbar-width: none; outline-offset: -2px; }
  tp-scroll-view[data-axis=x] { overflow-x: auto; }
  tp-scroll-view[data-axis=y] { overflow-y: auto; }
  tp-scroll-view[data-axis=both] { overflow: auto; }
  tp-swiper { position: relative; height: 150px; overflow: hidden; touch-action: pan-y; }
  tp-swiper[data-axis=y] { touch-action: pan-x; }
  .tp-swiper-track { position: absolute; inset: 0; }
  tp-swiper-item { position: absolute; inset: 0; overflow: hidden; will-change: transform; }
  .tp-swiper-dots { position: absolute; right: 0; bottom: 10px; left: 0; display: flex; justify-content: center; gap: 6px; pointer-events: none; }
  .tp-swiper-dots > span { width: 8px; height: 8px; border-radius: 50%; }
  tp-swiper[data-axis=y] > .tp-swiper-dots { top: 0; right: 10px; bottom: 0; left: auto; flex-direction: column; }

  @keyframes tp-turn { to { transform: rotate(1turn); } }
  @media (prefers-reduced-motion: reduce) { .tp-spinner { animation-duration: 4s; } }
}
[hidden] { display: none !important; }
`
