/**
 * Files and folders of a tree that are of one machine: what its owner agreed to there, who it is, what it has seen. In words
 * of their own, since a gateway has no `layout`; a test holds them against that.
 */
export const machinePlaces: readonly string[] = [
  'state/.index',
  'state/log/.machine_id',
  'state/log/gateway',
  'state/log/gateway.lock',
  'state/log/install-journal',
  'state/log/install.lock',
  'state/log/installs.json',
  'state/log/regen-queue',
  'state/log/regen.json',
  'state/log/regen.lock',
  'state/log/revisions',
  'state/log/sessions',
  'state/log/versions.json',
];

/**
 * Whether a path is of one machine only. Nothing of it may go elsewhere or come from there, in whatever case it is written.
 */
export function isMachinePath(path: string): boolean {
  const name = path.toLowerCase();
  return machinePlaces.some((place) => name === place || name.startsWith(`${place}/`));
}
