/** A customer of the coffee shop, with a wallet on the phone. Each method is one thing a person does or sees. */
import { expect, type FrameLocator, type Locator, type Page } from '@playwright/test'
import type { RunningWallet } from '../../support/running-wallet.ts'

export class Customer {
  constructor(
    readonly page: Page,
    private readonly wallet: RunningWallet,
  ) {}

  async signInAs(name: string): Promise<void> {
    await this.page.goto(`${this.wallet.world.walletUrl}/sign-in`)
    await this.page.getByRole('button', { name: new RegExp(`^${name}`) }).click()
    await expect(this.page.getByText(`Hello, ${name}`)).toBeVisible()
  }

  async openCoffeeShop(): Promise<void> {
    await this.page
      .getByRole('link', { name: /Coffee Shop/ })
      .or(this.page.getByRole('button', { name: /Coffee Shop/ }))
      .click()
    await expect(this.shop.getByText('What would you like today?')).toBeVisible()
  }

  /** The page of the mini program that is on top. */
  get shop(): FrameLocator {
    return this.page.locator('.program-frames iframe:visible').last().contentFrame()
  }

  async puts(product: string, inTheBag = 1): Promise<void> {
    for (let count = 0; count < inTheBag; count++) {
      await this.shop.getByRole('button', { name: `One ${product} more`, exact: true }).click()
    }
  }

  async checksOut(): Promise<void> {
    await this.shop.getByText('Check out').click()
    await expect(this.shop.getByText('Pick up at the counter')).toBeVisible()
  }

  async pressesPay(): Promise<void> {
    await this.shop.getByText(/^\s*Pay ¥/).click()
  }

  /** A coffee in the bag, and the cashier open. */
  async ordersACoffee(): Promise<void> {
    await this.openCoffeeShop()
    await this.puts('Espresso')
    await this.checksOut()
    await this.pressesPay()
    await expect(this.cashier).toBeVisible()
  }

  get cashier(): Locator {
    return this.page.getByRole('dialog', { name: /cashier/ })
  }

  async confirms(pin: string): Promise<void> {
    await this.cashier.getByRole('button', { name: /^Pay / }).click()
    await this.enters(pin)
  }

  async enters(pin: string): Promise<void> {
    await expect(this.cashier.getByRole('heading', { name: 'Enter your PIN' })).toBeVisible()
    for (const digit of pin) await this.cashier.getByRole('button', { name: digit, exact: true }).click()
  }

  async leavesTheCashier(): Promise<void> {
    await this.cashier.getByRole('button', { name: 'Close' }).click()
    await expect(this.cashier).toBeHidden()
  }

  /** The newest order that this customer's mini program asked to pay. */
  async tradeNo(): Promise<string> {
    const answer = await this.page.request.get(`${this.wallet.world.walletUrl}/sandbox/v1/orders/latest/timeline`)
    return ((await answer.json()) as { tradeNo: string }).tradeNo
  }
}
