/** Headers that every answer has, where its route has not set its own: it is no page, and is kept by nobody. */
const safeHeaders: readonly (readonly [name: string, value: string])[] = [
  ['cache-control', 'no-store'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['referrer-policy', 'no-referrer'],
  ['x-content-type-options', 'nosniff'],
];

/** The same answer, with all of these. */
export function withSafeHeaders(response: Response): Response {
  for (const [name, value] of safeHeaders) {
    if (!response.headers.has(name)) response.headers.set(name, value);
  }
  return response;
}
