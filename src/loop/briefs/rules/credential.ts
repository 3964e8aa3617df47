import type { Rule } from '../rule.ts';

export const credentialRule: Rule = {
  name: 'credential',
  says: 'No credential stands in a loader or a feedback row: both are synced, and loaders are put in front of agents.',
  kind: 'loader-rewritten',
  look: ({ credentials }) =>
    credentials.map(({ place, kind, key }) => ({
      rule: 'credential',
      key,
      fixed: true as const,
      headline: `credential: take the ${kind} credential out of ${place}`,
      evidence: [`${place}: a credential of the kind ${kind}`],
      todo:
        `Remove it from \`${place}\` and say instead where it is kept (the name of a variable in \`.env.cache\`). ` +
        'It has been in a file that is synced: it should be revoked and made anew.',
    })),
};
