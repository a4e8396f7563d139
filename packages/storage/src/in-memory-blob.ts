/** A blob whose bytes are handed over at once. Node's own are read through a stream, which takes longer than to unpack a database. */
export class InMemoryBlob extends Blob {
  readonly #content: Uint8Array;

  /** @param content must not be changed afterwards. */
  constructor(content: Uint8Array) {
    super([]);
    this.#content = content;
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    // Others may write to what they get.
    return new Uint8Array(this.#content).buffer;
  }
}
