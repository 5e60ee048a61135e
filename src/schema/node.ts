import 'reflect-metadata';
import { Field, ID, InterfaceType } from 'type-graphql';

/**
 * Whatever has an id. In a file of its own that imports nothing of ours: every object imports it, and a circle
 * would leave it undefined while they are made. `Query.node` has to return instances of the classes, not plain
 * objects, for the type to be found.
 */
@InterfaceType({ description: 'An object that can be asked for again by its id.' })
export abstract class Node {
  @Field(() => ID, { description: 'Opaque; unique over all agencies and types.' })
  id: string;
}
