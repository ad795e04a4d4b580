// Every text of the window, in one place, ready to be translated. What the server says in words is shown as it says it.

import { activity } from "./activity";
import { attention } from "./attention";
import { cart } from "./cart";
import { configuration } from "./configuration";
import { common } from "./common";
import { first } from "./first";
import { frame } from "./frame";
import { overview } from "./overview";
import { preferences } from "./preferences";
import { warehouse } from "./warehouse";

export const words = { ...common, ...frame, first, overview, attention, activity, warehouse, cart, configuration, preferences };
