/** A directory whose present content is the lower layer of an overlay, as in a container image. */

export interface Overlay extends AsyncDisposable {
  /** Brings the directory back to the lower layer. */
  reset(): Promise<void>;
}

/** Mounts an overlay over a directory; needs root. Disposing it brings the directory back. */
export async function mountOverlay(directory: string): Promise<Overlay> {
  const [lower, upper, work] = ["lower", "upper", "work"].map((name) => `${directory}.${name}`);
  await command("mv", directory, `${lower}`);
  const mount = async () => {
    for (const layer of [upper, work, directory]) await command("mkdir", "-m", "700", `${layer}`);
    const layers = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
    // The kernel's default: it renames no directory of the lower layer.
    const options = `${layers},redirect_dir=off`;
    await command("mount", "-t", "overlay", "-o", options, "vcm-test", directory);
  };
  const unmount = async () => {
    await command("umount", directory);
    await command("rm", "-rf", `${upper}`, `${work}`, directory);
  };
  await mount();
  return {
    reset: async () => {
      await unmount();
      await mount();
    },
    [Symbol.asyncDispose]: async () => {
      await unmount();
      await command("mv", `${lower}`, directory);
    },
  };
}

async function command(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
