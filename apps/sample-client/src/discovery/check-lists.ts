/**
 * The library takes metadata as it comes: what is going to be read as a list of strings is looked at first.
 *
 * @throws Error naming the member that is there and something else.
 */
export function checkLists<Metadata extends object>(metadata: Metadata, names: readonly (keyof Metadata & string)[]): void {
  for (const name of names) {
    const value: unknown = metadata[name];
    if (value !== undefined && !(Array.isArray(value) && value.every((each) => typeof each === 'string')))
      throw new Error(`${name} is not a list of strings`);
  }
}
