import { describeKilled } from "../support/killed.ts";

describeKilled("serve");
