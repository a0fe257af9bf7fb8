// npm scimmy + scimmy-routers over express 4 (what scimmy-routers is tested with), everything in memory.
// Users are found by id and by userName through maps, and lists are cut in the handler, as scimmy's documentation shows.
import express from "express";
import { randomUUID } from "node:crypto";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const token = process.env.TOKEN;
let users = new Map();
let byName = new Map();
let order = [];
let groups = new Map();
let kept = null;

const notFound = (id) => new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);
const plain = (data) => JSON.parse(JSON.stringify(data));
const nameKey = (user) => user.userName.toLowerCase();

function stored(map, resource, data) {
    const before = resource.id ? map.get(resource.id) : undefined;
    if (resource.id && !before) throw notFound(resource.id);
    const now = new Date();
    const id = resource.id ?? randomUUID();
    return { ...plain(data), id, meta: { created: before?.meta.created ?? now, lastModified: now } };
}

function userName(filter) {
    const terms = filter?.length === 1 ? Object.entries(filter[0]) : [];
    const [name, condition] = terms.length === 1 ? terms[0] : [];
    return name === "userName" && condition[0] === "eq" ? condition[1] : undefined;
}

// The part of a list that is asked for.  SCIMMY cuts what it is given once more where startIndex lies within it.
function page(list, constraints) {
    if (!constraints) return list;
    const { startIndex = 1, count = 20 } = constraints;
    constraints.totalResults = list.length;
    const part = list.slice(startIndex - 1, startIndex - 1 + count);
    return part.length >= startIndex ? list.slice(0, startIndex - 1 + count) : part;
}

SCIMMY.Resources.declare(SCIMMY.Resources.User, {
    extensions: [{ schema: SCIMMY.Schemas.EnterpriseUser, required: false }],
    ingress: (resource, data) => {
        const user = stored(users, resource, data);
        const holder = byName.get(nameKey(user));
        if (holder !== undefined && holder !== user.id) throw new SCIMMY.Types.Error(409, "uniqueness", "userName is taken");
        const before = users.get(user.id);
        if (before) byName.delete(nameKey(before));
        else order.push(user.id);
        users.set(user.id, user);
        byName.set(nameKey(user), user.id);
        return user;
    },
    egress: (resource) => {
        if (resource.id) {
            const user = users.get(resource.id);
            if (!user) throw notFound(resource.id);
            return user;
        }
        const name = userName(resource.filter);
        if (name !== undefined) {
            const id = byName.get(name.toLowerCase());
            return id === undefined ? [] : [users.get(id)];
        }
        if (resource.filter) return resource.filter.match([...users.values()]);
        return page(order, resource.constraints).map((id) => users.get(id));
    },
    degress: (resource) => {
        throw new SCIMMY.Types.Error(501, null, `Deleting ${resource.id} is no part of the benchmark`);
    },
});

SCIMMY.Resources.declare(SCIMMY.Resources.Group, {
    ingress: (resource, data) => {
        const group = stored(groups, resource, data);
        groups.set(group.id, group);
        return group;
    },
    egress: (resource) => {
        if (!resource.id) return [...groups.values()];
        const group = groups.get(resource.id);
        if (!group) throw notFound(resource.id);
        return group;
    },
    degress: (resource) => {
        throw new SCIMMY.Types.Error(501, null, `Deleting ${resource.id} is no part of the benchmark`);
    },
});

const app = express();
// Every write begins from the same users: what is there is kept once, and put back before each.  Stored values are never
// changed in place, so copies of the maps are enough.
app.post("/keep", (request, response) => {
    kept = [new Map(users), new Map(byName), [...order], new Map(groups)];
    response.status(204).end();
});
app.post("/back", (request, response) => {
    [users, byName, order, groups] = [new Map(kept[0]), new Map(kept[1]), [...kept[2]], new Map(kept[3])];
    response.status(204).end();
});
app.use("/scim/v2", new SCIMMYRouters({
    type: "bearer",
    handler: (request) => {
        if (request.header("Authorization") !== `Bearer ${token}`) throw new Error("Authorization not detected!");
    },
}));
const server = app.listen(0, "127.0.0.1", () => {
    process.stderr.write(`ready http://127.0.0.1:${server.address().port}\n`);
});
