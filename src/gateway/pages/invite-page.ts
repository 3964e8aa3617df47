import { style, styleHash } from './style.ts';

/** What the page of an invite shows. */
export interface InvitePage {
  /** Who or what it was made for. */
  readonly label: string;
  /** The host of the gateway. */
  readonly host: string;
  /** With the fingerprint of the gateway's key: what is passed on. */
  readonly link: string;
  readonly expires: Date;
  /** Whether it is for another machine of the one who made it. */
  readonly sameTenant: boolean;
}

/** The page for a person who has opened the link of an invite: the one line to run, and what it will do. */
export async function invitePage({ label, host, link, expires, sameTenant }: InvitePage): Promise<Response> {
  return page(
    200,
    `Join ${host}`,
    `<p class="for">An invite for <strong>${escape(label)}</strong>${sameTenant ? ', to add a machine' : ''}</p>
<h1>Join <em>${escape(host)}</em></h1>
<p>Open a terminal on the machine that is to join, and run this one line:</p>
<pre><code tabindex="0" aria-label="The line to run">npx snappy-os --invite "${escape(link)}"</code></pre>
<ol>
<li>It shows its plan first, and changes nothing until you agree.</li>
<li>It makes a key of its own, which this gateway alone is told, and joins with this invite.</li>
<li>It brings the shared skills into a folder of your own, and puts them in front of the coding agents it finds there.</li>
</ol>
<p class="note">It wants Node 20.19 or newer. The invite holds until <time datetime="${expires.toISOString()}">${escape(inWords(expires))}</time>.
Whoever has this link can use it: keep it to yourself.</p>`,
  );
}

/** The page for an invite that cannot be redeemed, whatever the reason: it does not say which. */
export async function spentPage(host: string): Promise<Response> {
  return page(
    410,
    'This invite cannot be used',
    `<p class="for">${escape(host)}</p>
<h1>This invite cannot be used</h1>
<p>It has expired, was used already, was taken back, or the link was not copied whole.</p>
<p>Ask the person who sent it to you for another one: it is one command for them.</p>
<p class="note">Was it you who used it? Then the machine has joined already: run <code>snappy status</code> there.</p>`,
  );
}

async function page(status: number, title: string, main: string): Promise<Response> {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow, noarchive">
<meta name="color-scheme" content="light dark">
<title>${escape(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${main}
</main>
<footer>snappy-os: the same skills for every coding agent, on every machine of yours</footer>
</body>
</html>
`;
  const policy = `default-src 'none'; style-src '${await styleHash()}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  return new Response(html, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'x-robots-tag': 'noindex, nofollow, noarchive',
    },
  });
}

function inWords(date: Date): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'UTC',
  });
  return `${format.format(date)} UTC`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Safe as text and inside a quoted attribute. */
function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
