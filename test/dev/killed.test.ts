import { describeKilled } from "../support/killed.ts";

describeKilled("start");
