/** Values for a template's `{names}`: a text, or a list where the template is nothing but `{name}`. */
export type Values = Readonly<Record<string, () => string | readonly string[]>>;

const PLACEHOLDER = /\{([A-Za-z]+)\}/g;

/** The names that a template asks for. */
export function placeholdersOf(template: string): string[] {
  return [...template.matchAll(PLACEHOLDER)].map((match) => match[1] as string);
}

/**
 * Fills in one item of a command. An item that is only a list's name becomes the items of that list, none included.
 * Values are computed when they are asked for, and are never themselves read as templates.
 * @throws {Error} for a name without a value, or a list inside a text: a manifest that was checked has neither.
 */
export function expand(template: string, values: Values): readonly string[] {
  const whole = /^\{([A-Za-z]+)\}$/.exec(template)?.[1];
  if (whole !== undefined) {
    const value = lookUp(whole, values);
    return typeof value === "string" ? [value] : value;
  }
  return [expandText(template, values)];
}

/** Fills in every item of a command. */
export function expandAll(templates: readonly string[], values: Values): string[] {
  return templates.flatMap((template) => expand(template, values));
}

/** Fills in templates that stand for one text each, like those of an environment. */
export function expandEach(templates: Readonly<Record<string, string>>, values: Values): Record<string, string> {
  return Object.fromEntries(Object.entries(templates).map(([name, template]) => [name, expandText(template, values)]));
}

/** Fills in a template that stands for one text. */
export function expandText(template: string, values: Values): string {
  return template.replaceAll(PLACEHOLDER, (_, name: string) => {
    const value = lookUp(name, values);
    if (typeof value !== "string") throw new Error(`{${name}} is a list: it cannot be part of ${template}`);
    return value;
  });
}

function lookUp(name: string, values: Values): string | readonly string[] {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined) throw new Error(`there is no {${name}}`);
  return value();
}
