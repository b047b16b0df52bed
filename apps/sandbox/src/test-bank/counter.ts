/**
 * The counter at which the bank serves wallets. While it is closed nobody is served, and it closes only when everybody who
 * was being served has gone.
 */
export interface Counter {
  serve<Result>(work: () => Promise<Result>): Promise<Result | 'CLOSED'>
  whileClosed<Result>(work: () => Promise<Result>): Promise<Result>
}

export function createCounter(): Counter {
  const served = new Set<Promise<unknown>>()
  let closings = 0

  return {
    async serve(work) {
      if (closings > 0) return 'CLOSED'
      const service = work()
      served.add(service)
      try {
        return await service
      } finally {
        served.delete(service)
      }
    },
    async whileClosed(work) {
      closings += 1
      try {
        await Promise.allSettled(served)
        return await work()
      } finally {
        closings -= 1
      }
    },
  }
}
