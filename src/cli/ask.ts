import * as prompts from '@clack/prompts';

/** Shows the plan, if one is given, and asks yes or no. */
export async function confirm(question: string, plan?: string): Promise<boolean> {
  if (plan !== undefined) process.stdout.write(`${plan}\n\n`);
  return (await prompts.confirm({ message: question, initialValue: false })) === true;
}

/** Asks for a secret, without an echo. */
export async function secret(question: string): Promise<string | undefined> {
  const typed = await prompts.password({ message: question });
  return typeof typed === 'string' ? typed : undefined;
}
