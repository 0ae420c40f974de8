import { Command } from "commander";

/**
 * A command whose errors are thrown, not exits, and are one sentence that begins with our name.
 * @param advice the line after such an error: where to read more.
 */
export function createCommand(name: string, advice = `millrace ${name} --help explains it`): Command {
  return new Command(name)
    .exitOverride()
    .helpOption("-h, --help", "explain the command")
    .allowExcessArguments(false)
    .showSuggestionAfterError(true)
    .showHelpAfterError(advice)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "millrace: ")) });
}
