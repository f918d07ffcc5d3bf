import type { ComponentType, FunctionComponent } from "preact";
import { NotLoaded } from "./not-loaded.tsx";
import { useLoaded } from "./use-loaded.ts";

/** A view whose script is loaded when it is first shown. @param what it shows, with its article @param load imports it, by `loadPart` */
export function later<Props extends object>(
  what: string,
  load: () => Promise<ComponentType<Props>>,
): FunctionComponent<Props> {
  return function Later(props: Props) {
    const loaded = useLoaded(`script of ${what}`, async () => ({ View: await load() }));
    if (!loaded.value) return <NotLoaded what={what} loaded={loaded} readAt={null} />;
    return <loaded.value.View {...props} />;
  };
}
