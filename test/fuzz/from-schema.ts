import fc from "fast-check";

/** JSON Schema, as far as the API's document uses it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
}

export interface SchemaSource {
  /** What a `$ref` leads to. */
  readonly resolve: (reference: string) => JsonSchema;
  /** Values that mean something, for properties whose type alone says too little; by the property's name. */
  readonly hints: Readonly<Record<string, fc.Arbitrary<unknown>>>;
}

/** Few and short: what is larger is tried by name in other tests. */
const MOST_CHARACTERS = 64;
const MOST_ENTRIES = 4;

/** Values that keep to a schema. */
export function valuesOf(schema: JsonSchema, source: SchemaSource): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return valuesOf(source.resolve(schema.$ref), source);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case "object":
      return objectsOf(schema, source);
    case "array": {
      const { items = {}, minItems: minLength = 0, maxItems = MOST_ENTRIES } = schema;
      return fc.array(valuesOf(items, source), { minLength, maxLength: Math.min(maxItems, MOST_ENTRIES) });
    }
    case "string":
      return textsOf(schema);
    case "integer":
      return numbersOf(schema);
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      throw new Error(`There are no values for ${JSON.stringify(schema)}`);
  }
}

function textsOf({ minLength = 0, maxLength = MOST_CHARACTERS }: JsonSchema): fc.Arbitrary<string> {
  const bounds = { minLength, maxLength: Math.min(maxLength, MOST_CHARACTERS) };
  return fc.oneof(fc.string(bounds), fc.string({ ...bounds, unit: "binary" }));
}

/** Those at the ends are likelier than any between. */
function numbersOf({ minimum = 0, maximum = 1_000_000 }: JsonSchema): fc.Arbitrary<number> {
  return fc.oneof(fc.constantFrom(minimum, maximum), fc.integer({ min: minimum, max: maximum }));
}

function objectsOf(schema: JsonSchema, source: SchemaSource): fc.Arbitrary<unknown> {
  const { properties, required = [], oneOf } = schema;
  if (properties === undefined) return mapsOf(schema, source);
  if (oneOf === undefined) return recordsOf(properties, required, source);
  // Alternatives demand one property or another, never several.
  return fc.oneof(
    ...oneOf.map(({ required: mine = [] }) => {
      const others = new Set(
        oneOf.flatMap(({ required: theirs = [] }) => theirs).filter((name) => !mine.includes(name)),
      );
      const own = Object.fromEntries(Object.entries(properties).filter(([name]) => !others.has(name)));
      return recordsOf(own, [...required, ...mine], source);
    }),
  );
}

function recordsOf(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[],
  source: SchemaSource,
): fc.Arbitrary<unknown> {
  const model = Object.entries(properties).map(([name, schema]) => {
    return [name, source.hints[name] ?? valuesOf(schema, source)] as const;
  });
  return fc.record(Object.fromEntries(model), { requiredKeys: [...required] });
}

function mapsOf({ additionalProperties, maxProperties }: JsonSchema, source: SchemaSource): fc.Arbitrary<unknown> {
  if (typeof additionalProperties !== "object") throw new Error("An object needs properties, or a schema for any");
  const maxKeys = Math.min(maxProperties ?? MOST_ENTRIES, MOST_ENTRIES);
  return fc.dictionary(fc.string(), valuesOf(additionalProperties, source), { maxKeys, noNullPrototype: true });
}
