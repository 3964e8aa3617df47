/** The kinds of machine that install knows; on any other it warns and goes on. */
export type PlatformKind = 'linux' | 'macos' | 'wsl' | 'windows-git-bash' | 'other';

export interface Platform {
  readonly kind: PlatformKind;
  /** For a person: "Linux", "WSL 2 (Ubuntu)". */
  readonly name: string;
  /** For a person: "Debian GNU/Linux 13 (trixie)", "26.1"; `undefined` where the machine does not tell. */
  readonly version: string | undefined;
  readonly warning?: string;
}

/** All that a machine is told apart by. */
export interface PlatformFacts {
  readonly platform: NodeJS.Platform;
  /** The kernel's release, as `os.release()` gives it. */
  readonly release?: string;
  /** A small text file, `undefined` where it is not there or may not be read. */
  readonly readFile: (file: string) => string | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** freedesktop.org, os-release(5): `PRETTY_NAME="Debian GNU/Linux 13 (trixie)"`. */
function distribution({ readFile }: PlatformFacts): string | undefined {
  const text = readFile('/etc/os-release') ?? readFile('/usr/lib/os-release') ?? '';
  return /^PRETTY_NAME=(["']?)(.{1,100})\1\s*$/m.exec(text)?.[2];
}

function readLinux(facts: PlatformFacts): Platform {
  const kernel = facts.readFile('/proc/version') ?? '';
  const version = distribution(facts) ?? facts.release;
  if (!/microsoft/i.test(kernel)) return { kind: 'linux', name: 'Linux', version };
  // The kernel of WSL 2 is Linux, built by Microsoft as "…-microsoft-standard-WSL2"; WSL 1 says "…-Microsoft".
  const name = /WSL2|microsoft-standard/.test(kernel) ? 'WSL 2' : 'WSL 1';
  const called = facts.env['WSL_DISTRO_NAME'];
  return { kind: 'wsl', name: called === undefined || called === '' ? name : `${name} (${called})`, version };
}

function readMac({ readFile, release }: PlatformFacts): Platform {
  const plist = readFile('/System/Library/CoreServices/SystemVersion.plist') ?? '';
  const version = /<key>ProductVersion<\/key>\s*<string>([\d.]{1,20})<\/string>/.exec(plist)?.[1];
  const kernel = release === undefined ? undefined : `Darwin ${release}`;
  return { kind: 'macos', name: 'macOS', version: version ?? kernel };
}

function readWindows({ env, release }: PlatformFacts): Platform {
  const shell = env['MSYSTEM'];
  if (shell !== undefined && shell !== '')
    return { kind: 'windows-git-bash', name: `Windows with Git Bash (${shell})`, version: release };
  const warning = 'Windows outside Git Bash: the hook is a sh program; run install from Git Bash, or inside WSL';
  return { kind: 'other', name: 'Windows', version: release, warning };
}

/** Which kind of machine this is. Reads by `readFile` alone, and never throws. */
export function readPlatform(facts: PlatformFacts): Platform {
  const { platform, release } = facts;
  if (platform === 'linux') return readLinux(facts);
  if (platform === 'darwin') return readMac(facts);
  if (platform === 'win32') return readWindows(facts);
  const warning = `snappy-os was not tried on ${platform}; it needs a POSIX sh, awk and Node`;
  return { kind: 'other', name: platform, version: release, warning };
}
