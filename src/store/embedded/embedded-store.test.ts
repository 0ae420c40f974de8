import { systemClock } from "../../domain/clock.ts";
import { describeStore } from "../store-conformance.test-support.ts";
import { createEmbeddedStore } from "./embedded-store.ts";

describeStore("embedded store", async () => createEmbeddedStore({ clock: systemClock }));
