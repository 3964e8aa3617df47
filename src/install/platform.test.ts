import { expect, test } from 'vitest';
import { readPlatform } from './platform.ts';
import type { PlatformFacts } from './platform.ts';

const debian = { '/etc/os-release': 'NAME=x\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\n' };
const wsl2 = 'Linux version 6.6.87.2-microsoft-standard-WSL2 (root@439a258ad544) (gcc (GCC) 11.2.0)';
const wsl1 = 'Linux version 4.4.0-19041-Microsoft (Microsoft@Microsoft.com) (gcc version 5.4.0)';
const plist = '<dict>\n\t<key>ProductVersion</key>\n\t<string>26.1</string>\n</dict>';

function read(platform: NodeJS.Platform, files: Record<string, string>, env: NodeJS.ProcessEnv = {}): unknown {
  const facts: PlatformFacts = { platform, release: '6.1.0', readFile: (file) => files[file], env };
  return readPlatform(facts);
}

test.each([
  ['Linux', read('linux', debian), 'linux', 'Linux', 'Debian GNU/Linux 13 (trixie)'],
  ['Linux that tells nothing', read('linux', {}), 'linux', 'Linux', '6.1.0'],
  [
    'WSL 2',
    read('linux', { ...debian, '/proc/version': wsl2 }, { WSL_DISTRO_NAME: 'Debian' }),
    'wsl',
    'WSL 2 (Debian)',
    'Debian GNU/Linux 13 (trixie)',
  ],
  ['WSL 1', read('linux', { '/proc/version': wsl1 }), 'wsl', 'WSL 1', '6.1.0'],
  ['macOS', read('darwin', { '/System/Library/CoreServices/SystemVersion.plist': plist }), 'macos', 'macOS', '26.1'],
  ['macOS that tells nothing', read('darwin', {}), 'macos', 'macOS', 'Darwin 6.1.0'],
  [
    'Git Bash',
    read('win32', {}, { MSYSTEM: 'MINGW64' }),
    'windows-git-bash',
    'Windows with Git Bash (MINGW64)',
    '6.1.0',
  ],
])('%s is known without a warning', (_, platform, kind, name, version) => {
  expect(platform).toEqual({ kind, name, version });
});

test.each([
  ['win32', 'Windows', 'run install from Git Bash'],
  ['freebsd', 'freebsd', 'was not tried on freebsd'],
] as const)('on %s install goes on with a warning', (platform, name, warning) => {
  expect(read(platform, {})).toEqual({
    kind: 'other',
    name,
    version: '6.1.0',
    warning: expect.stringContaining(warning) as unknown,
  });
});
