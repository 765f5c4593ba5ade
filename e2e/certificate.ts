/** A key and a certificate that nobody vouches for, made anew for each run: for browsers that are told to accept any. */
import { generateKeyPairSync, sign } from 'node:crypto'

export function selfSigned(host: string): { readonly key: string; readonly cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(part(0x31, sequence(commonName, part(0x0c, Buffer.from(host)))))
  const year = new Date().getUTCFullYear() % 100
  const content = sequence(
    part(0xa0, part(0x02, Buffer.of(2))),
    part(0x02, Buffer.of(1)),
    signedWithSha256,
    name,
    sequence(date(year - 1), date(year + 1)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const signature = sign('sha256', content, privateKey)
  const whole = sequence(content, signedWithSha256, part(0x03, Buffer.of(0), signature))
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${whole.toString('base64')}\n-----END CERTIFICATE-----\n`,
  }
}

/** One value in DER, by its tag. */
function part(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.of(tag, ...size), content])
}

const sequence = (...contents: readonly Buffer[]) => part(0x30, ...contents)
const date = (year: number) => part(0x17, Buffer.from(`${String(year).padStart(2, '0')}0101000000Z`))

/** Object identifiers 2.5.4.3 and 1.2.840.10045.4.3.2. */
const commonName = part(0x06, Buffer.of(0x55, 4, 3))
const signedWithSha256 = sequence(part(0x06, Buffer.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2)))
