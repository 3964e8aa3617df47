/** A call of a port from a test to the Worker that has its adapter: all but the body, in an address. */
export interface PortCall {
  readonly port: 'r2' | 's3' | 'd1' | 'kv' | 'platform';
  readonly operation: string;
  readonly args: readonly unknown[];
}

export const formatCall = {
  write: (base: URL, call: PortCall): URL => {
    const url = new URL(base);
    url.searchParams.set('call', JSON.stringify(call));
    return url;
  },
  read(url: string): PortCall {
    const call = JSON.parse(new URL(url).searchParams.get('call') ?? '') as PortCall;
    // JSON has no `undefined` in a list.
    return { ...call, args: call.args.map((value) => value ?? undefined) };
  },
};
