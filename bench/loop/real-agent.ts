export async function runRealAgent(_n: string): Promise<void> {}
