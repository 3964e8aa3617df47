/** Requests to the store under way at once: a Worker has six connections. */
const atOnce = 6;

/** Does `work` for each, a few at a time; in order. */
export async function mapFew<From, To>(items: readonly From[], work: (item: From) => Promise<To>): Promise<To[]> {
  const made: To[] = [];
  for (let at = 0; at < items.length; at += atOnce) {
    made.push(...(await Promise.all(items.slice(at, at + atOnce).map(work))));
  }
  return made;
}
