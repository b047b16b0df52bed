/**
 * Light or dark, as the system is, also when that changes. Runs before the page is drawn. Swagger UI's own dark colours hang on
 * this class.
 */
/* global document, window */
const dark = window.matchMedia('(prefers-color-scheme: dark)')
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
follow()
dark.addEventListener('change', follow)
