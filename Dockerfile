# One image for both processes: node dist/projector/main.js, node dist/api/main.js
FROM node:24-alpine AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Packages run nothing when they are installed: none needs it.
RUN npm ci --include=dev --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY runtime runtime
COPY mappings mappings
COPY projector projector
COPY api api
# The SBOM lists what stays, with checksums and licenses. With --omit=dev npm would leave out what the packages of
# development need as well; so they go first, and from package.json, too.
RUN npm run build \
  && npm prune --omit=dev --ignore-scripts \
  && npm pkg delete devDependencies \
  && npm sbom --sbom-format=cyclonedx --sbom-type=application > sbom.cdx.json

FROM node:24-alpine
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /app/package.json /app/sbom.cdx.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
USER node
CMD ["node", "--enable-source-maps", "dist/api/main.js"]
