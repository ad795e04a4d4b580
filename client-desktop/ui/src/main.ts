import { mount } from "svelte";
import "./look.css";
import Window from "./Window.svelte";

const target = document.getElementById("window");
if (target) mount(Window, { target });
