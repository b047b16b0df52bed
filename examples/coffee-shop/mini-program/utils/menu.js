/**
 * The menu, asked once and shared by the pages. The server names each product's picture; the drawings are in the package.
 */
import { getMenu } from './api'
import { formatPrice } from './format'

let loading = null

/** Resolves to { categories, products }. A failure is not kept: the next call asks again. */
export function loadMenu() {
  if (!loading) {
    loading = getMenu().then(withPictures)
    loading.catch(() => {
      loading = null
    })
  }
  return loading
}

/** Asks again, for when a price has changed. */
export function reloadMenu() {
  loading = null
  return loadMenu()
}

function withPictures(menu) {
  const categories = menu.categories.map((category) => ({
    ...category,
    products: category.products.map((product) => ({
      ...product,
      picture: pictureOf(product.image),
      priceText: formatPrice(product.price),
    })),
  }))
  return { categories, products: categories.flatMap((category) => category.products) }
}

export function pictureOf(image) {
  return `/assets/products/${image}.svg`
}
