import type { Samples } from "../support/samples.ts";

/** Sample values of folders, and what the room views are asked for. */
export const directorySamples: Samples = {
  Folders: async (context) => {
    const above = await context.create("Folders", { DisplayName: "Above" });
    const beside = await context.create("Folders", { DisplayName: "Beside" });
    return {
      isKept: true,
      rows: [
        {
          create: { DisplayName: "Projects", FolderClass: "IPF.Task", ParentFolderId: above["FolderId"] ?? null },
          update: { DisplayName: "Old projects", ParentFolderId: beside["FolderId"] ?? null },
        },
      ],
    };
  },
  Rooms: async (context) => {
    const [list] = await context.rows("RoomLists", ["EmailAddress"]);
    return { where: { RoomListEmailAddress: list?.["EmailAddress"] ?? null } };
  },
};
