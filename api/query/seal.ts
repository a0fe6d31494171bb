/**
 * Texts that only this API can make and read: what it gives out and takes back. A caller learns nothing of what is in
 * one but about how long it is, and cannot make one of its own.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

const TAG_BYTES = 16;
const KEY_BYTES = 32;
const CIPHER = 'aes-256-ctr';

/**
 * Equal contents give equal texts. The tag, a keyed hash of the content, is also where the cipher begins (as in SIV, RFC
 * 5297): there is no nonce that could be used twice, however many texts the processes make under one secret.
 */
export class Seal {
  readonly #tagKey: Buffer;
  readonly #cipherKey: Buffer;

  /** `purpose`: what was sealed for one is worth nothing for another. */
  constructor(secret: Buffer, purpose: string) {
    const keys = Buffer.from(hkdfSync('sha256', secret, '', purpose, 2 * KEY_BYTES));
    this.#tagKey = keys.subarray(0, KEY_BYTES);
    this.#cipherKey = keys.subarray(KEY_BYTES);
  }

  /** Needs no encoding in a URL or a header. */
  close(content: Buffer): string {
    const tag = this.#tagOf(content);
    const cipher = createCipheriv(CIPHER, this.#cipherKey, tag);
    return Buffer.concat([tag, cipher.update(content), cipher.final()]).toString('base64url');
  }

  /** `null` for everything that `close` has not returned under this secret and for this purpose. */
  open(text: string): Buffer | null {
    const bytes = Buffer.from(text, 'base64url');
    // Base64 decoding is lenient: other spellings of the same bytes are not what was given out.
    if (bytes.length <= TAG_BYTES || bytes.toString('base64url') !== text) return null;
    const tag = bytes.subarray(0, TAG_BYTES);
    const cipher = createDecipheriv(CIPHER, this.#cipherKey, tag);
    const content = Buffer.concat([cipher.update(bytes.subarray(TAG_BYTES)), cipher.final()]);
    return timingSafeEqual(tag, this.#tagOf(content)) ? content : null;
  }

  #tagOf(content: Buffer): Buffer {
    return createHmac('sha256', this.#tagKey).update(content).digest().subarray(0, TAG_BYTES);
  }
}
