import { mount } from "svelte";
import "./look/tokens.css";
import "./look/base.css";
import "./parts/controls.css";
import Window from "./frame/Window.svelte";

const target = document.getElementById("window");
if (target) mount(Window, { target });
