/** SHA-256 of bytes that come piece by piece, which the platform's own digest cannot take. FIPS 180-4. */

const primes = [...firstPrimes(64)]
/** The first 32 bits of the fraction of a root. */
const fraction = (root: number): number => ((root - Math.floor(root)) * 2 ** 32) | 0
const roundConstants = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)))
const start = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)))

export class Sha256 {
  private readonly state = Int32Array.from(start)
  private readonly schedule = new Int32Array(64)
  /** Bytes that do not fill a block yet. */
  private readonly rest = new Uint8Array(64)
  private restLength = 0
  private length = 0

  update(bytes: Uint8Array): this {
    this.length += bytes.length
    let at = 0
    if (this.restLength > 0) {
      at = Math.min(64 - this.restLength, bytes.length)
      this.rest.set(bytes.subarray(0, at), this.restLength)
      this.restLength += at
      if (this.restLength < 64) return this
      this.block(this.rest, 0)
      this.restLength = 0
    }
    for (; at + 64 <= bytes.length; at += 64) this.block(bytes, at)
    this.rest.set(bytes.subarray(at))
    this.restLength = bytes.length - at
    return this
  }

  /** In hexadecimal digits. Nothing can be added afterwards. */
  digest(): string {
    const length = this.length
    const padding = new Uint8Array(((119 - this.restLength) % 64) + 1 + 8)
    padding[0] = 0x80
    new DataView(padding.buffer).setBigUint64(padding.length - 8, BigInt(length) * 8n)
    this.update(padding)
    return [...this.state].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
  }

  private block(bytes: Uint8Array, at: number): void {
    const { state, schedule: w } = this
    for (let i = 0, j = at; i < 16; i++, j += 4) {
      w[i] =
        (byte(bytes, j) << 24) | (byte(bytes, j + 1) << 16) | (byte(bytes, j + 2) << 8) | byte(bytes, j + 3)
    }
    for (let i = 16; i < 64; i++) {
      const early = word(w, i - 15)
      const late = word(w, i - 2)
      const s0 = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3)
      const s1 = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10)
      w[i] = (word(w, i - 16) + s0 + word(w, i - 7) + s1) | 0
    }
    let a = word(state, 0)
    let b = word(state, 1)
    let c = word(state, 2)
    let d = word(state, 3)
    let e = word(state, 4)
    let f = word(state, 5)
    let g = word(state, 6)
    let h = word(state, 7)
    for (let i = 0; i < 64; i++) {
      const choice = (e & f) ^ (~e & g)
      const sum1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)
      const t1 = (h + sum1 + choice + word(roundConstants, i) + word(w, i)) | 0
      const majority = (a & b) ^ (a & c) ^ (b & c)
      const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority) | 0
      h = g
      g = f
      f = e
      e = (d + t1) | 0
      d = c
      c = b
      b = a
      a = (t1 + t2) | 0
    }
    state[0] = word(state, 0) + a
    state[1] = word(state, 1) + b
    state[2] = word(state, 2) + c
    state[3] = word(state, 3) + d
    state[4] = word(state, 4) + e
    state[5] = word(state, 5) + f
    state[6] = word(state, 6) + g
    state[7] = word(state, 7) + h
  }
}

const turn = (value: number, by: number): number => (value >>> by) | (value << (32 - by))
const word = (words: Int32Array, at: number): number => words[at] as number
const byte = (bytes: Uint8Array, at: number): number => bytes[at] as number

function* firstPrimes(count: number): Generator<number> {
  for (let n = 2, found = 0; found < count; n++) {
    let isPrime = true
    for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) isPrime = false
    if (!isPrime) continue
    found++
    yield n
  }
}
