import { posix } from "node:path";
import type { SourceFile } from "../domain/execution.ts";
import { ACCESS, type JvmClass, readJvmClass } from "./jvm-class.ts";

/** From this version of the format (Java 25) `main` need not be static, public or take arguments (JEP 512). */
const FREE_MAIN_VERSION = 69;
const WITH_ARGUMENTS = "([Ljava/lang/String;)V";
const WITHOUT_ARGUMENTS = "()V";

/**
 * The class to start: one that has a `main`, preferably the one that is named after the main file, and no nested one while
 * there is another. When none has a `main` it is the class named after the main file, and the JVM says what is missing.
 */
export function findMainClass(artifacts: readonly SourceFile[], mainFile: string): string {
  const wanted = posix.basename(mainFile, posix.extname(mainFile));
  const classes = artifacts.filter(({ path }) => path.endsWith(".class")).map((file) => ({ ...file, rank: 0 }));
  for (const file of classes) {
    const name = posix.basename(file.path, ".class");
    file.rank = name === wanted ? 0 : name.includes("$") ? 2 : 1;
  }
  classes.sort((a, b) => a.rank - b.rank || (a.path < b.path ? -1 : 1));
  for (const { content } of classes) {
    const found = readJvmClass(content);
    if (found !== null && canStart(found)) return found.name;
  }
  return wanted;
}

function canStart({ mains, majorVersion }: JvmClass): boolean {
  return mains.some(({ access, descriptor }) => {
    if (majorVersion >= FREE_MAIN_VERSION) {
      return (access & ACCESS.private) === 0 && (descriptor === WITH_ARGUMENTS || descriptor === WITHOUT_ARGUMENTS);
    }
    const needed = ACCESS.public | ACCESS.static;
    return (access & needed) === needed && descriptor === WITH_ARGUMENTS;
  });
}
