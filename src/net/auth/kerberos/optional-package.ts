/** Loads a package that may not be installed. The name is no literal, so that type checks pass where it is not. */
export async function optionalPackage<Module>(name: string): Promise<Module> {
  try {
    return await import(name);
  } catch (cause) {
    throw new Error(`the npm package \`${name}\` cannot be loaded`, { cause });
  }
}
