/** Tries one thing after the other, and says what came of each. */
export async function attempts(
  tries: Readonly<Record<string, () => unknown>>,
): Promise<Record<string, string>> {
  const came: Record<string, string> = {};
  for (const [name, fn] of Object.entries(tries)) {
    try {
      await fn();
      came[name] = "done";
    } catch (error) {
      came[name] = (error as Error).name;
    }
  }
  return came;
}
