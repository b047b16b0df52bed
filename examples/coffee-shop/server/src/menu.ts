/**
 * The menu: what is sold, and for how much. Prices are whole fen.
 */
import type { Shop } from './shop.ts'
import type { Transaction } from './database.ts'

/** All prices of the shop are in this currency. */
export const CURRENCY = 'CNY'

export interface Product {
  id: string
  name: string
  description: string
  /** In fen. */
  price: number
  image: string
  badge: string
}

export interface Menu {
  currency: string
  categories: { id: string; name: string; products: Product[] }[]
}

interface ProductRow extends Product {
  category_id: string
  category_name: string
}

/** Everything that can be ordered now, in the order of the printed menu. */
export async function readMenu({ database }: Pick<Shop, 'database'>): Promise<Menu> {
  const { rows } = await database.query<ProductRow>(
    `SELECT c.category_id, c.name AS category_name, p.product_id AS id, p.name, p.description, p.price, p.image, p.badge
       FROM products p JOIN categories c USING (category_id)
      WHERE p.available
      ORDER BY c.position, p.position`,
  )
  const categories = new Map<string, Menu['categories'][number]>()
  for (const { category_id: id, category_name: name, ...product } of rows) {
    const category = categories.get(id) ?? { id, name, products: [] }
    category.products.push(product)
    categories.set(id, category)
  }
  return { currency: CURRENCY, categories: [...categories.values()] }
}

/** The products that can be ordered now, of those asked for. */
export async function findProducts(tx: Transaction, ids: string[]): Promise<Map<string, Product>> {
  const { rows } = await tx.query<Product>(
    `SELECT product_id AS id, name, description, price, image, badge FROM products WHERE available AND product_id = ANY($1)`,
    [ids],
  )
  return new Map(rows.map((product) => [product.id, product]))
}
